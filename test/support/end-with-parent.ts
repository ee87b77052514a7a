/**
 * What `node --import` is to be given so that the process ends at once when its standard input does: when whoever
 * started it is gone, however that came.
 */
export const END_WITH_PARENT =
  "data:text/javascript,process.stdin.on('end',()=>process.kill(process.pid,'SIGKILL')).resume().unref()";
