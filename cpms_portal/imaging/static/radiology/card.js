// Is there a graphics processor, or only one that the browser pretends in software?

const PRETENDED = /swiftshader|llvmpipe|softpipe|software|microsoft basic render/i;

export function cardOf() {
  if (typeof OffscreenCanvas === "undefined") return null;
  const context = new OffscreenCanvas(1, 1).getContext("webgl2");
  if (!context) return { webgl: false, isSoft: true };
  const about = context.getExtension("WEBGL_debug_renderer_info");
  const name = context.getParameter(about ? about.UNMASKED_RENDERER_WEBGL : context.RENDERER);
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return { webgl: true, isSoft: PRETENDED.test(String(name)) };
}
