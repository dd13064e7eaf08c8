// What the viewer uses of Cornerstone3D, and nothing else: the rest is left out of the bundle.
export {
  Enums, EVENTS, RenderingEngine, cache, eventTarget, getRenderingCapabilities,
  imageLoadPoolManager, imageLoader, init, metaData, setUseCPURendering, setVolumesForViewports,
  volumeLoader,
} from "@cornerstonejs/core";
export {
  AngleTool, ArrowAnnotateTool, CrosshairsTool, EllipticalROITool, Enums as ToolEnums, LabelTool,
  LengthTool, PanTool, PlanarFreehandROITool, ProbeTool, RectangleROITool,
  ReferenceLinesTool, StackScrollTool, SynchronizerManager, ToolGroupManager, WindowLevelTool,
  ZoomTool, addTool, annotation, init as initTools, synchronizers, utilities as toolUtilities,
} from "@cornerstonejs/tools";
