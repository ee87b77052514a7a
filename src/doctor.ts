import './require-node.js';

const { doctorCommand } = await import('./doctor/doctor-command.js');
process.exitCode = await doctorCommand(process.argv.slice(2), process.env);
