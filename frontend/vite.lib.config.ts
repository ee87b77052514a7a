import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** EngagementDetail and the client for other front ends, which bring React themselves. */
export default defineConfig({
  plugins: [react()],
  publicDir: false,
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    minify: false,
    lib: {
      entry: { index: 'src/index.ts', client: 'src/api/auditforge.ts' },
      formats: ['es'],
      cssFileName: 'styles',
    },
    rolldownOptions: { external: [/^react($|\/)/, /^react-dom($|\/)/] },
  },
});
