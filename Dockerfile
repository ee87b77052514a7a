# The service, from source to an image that holds what `npm pack` would publish and what that runs on.
#
#   docker build -t auditforge .
#   docker run --env-file .env -p 3000:3000 auditforge
#   docker run --env-file .env auditforge node dist/cli/main.js doctor
#   docker run --env-file .env --no-healthcheck auditforge node --max-semi-space-size=6 dist/cli/main.js worker

FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
COPY frontend/package.json frontend/
RUN npm ci
COPY . .
# Packing builds it.
RUN npm pack --pack-destination /tmp \
  && mkdir /package \
  && tar -xzf /tmp/auditforge-*.tgz -C /package --strip-components=1

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# The front end is built already: what it is made with is not needed here.
RUN npm ci --omit=dev --workspaces=false

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /package .
USER node
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["node", "dist/health-check.js"]
# Node itself is process 1, so that it hears SIGTERM. The option keeps its memory as low as planned for.
CMD ["node", "--max-semi-space-size=6", "dist/cli/main.js", "serve"]
