// Levels of a slide as OpenSeadragon asks for them; it counts from the smallest level.

const { TileSource, Point, Rect } = globalThis.OpenSeadragon;

export function tileSource(about) {
  const levels = [...about.levels].reverse();
  const top = levels.length - 1;
  const source = new TileSource({
    width: about.width, height: about.height, tileSize: levels[top].tileWidth,
    minLevel: 0, maxLevel: top,
  });
  source.getLevelScale = (level) => levels[level].width / about.width;
  source.getTileWidth = (level) => levels[level].tileWidth;
  source.getTileHeight = (level) => levels[level].tileHeight;
  source.getNumTiles = (level) => new Point(levels[level].columns, levels[level].rows);
  source.getTileUrl = (level, x, y) => `${about.tiles}/${top - level}/${y * levels[level].columns + x}`;
  // Tiles at the edges are as large as the others; what lies beyond the slide is clipped away.
  source.getTileBounds = (level, x, y, own) => {
    const { width, height, tileWidth, tileHeight } = levels[level];
    if (own) return new Rect(0, 0, tileWidth, tileHeight);
    const down = about.height / about.width / height;
    return new Rect((x * tileWidth) / width, y * tileHeight * down, tileWidth / width, tileHeight * down);
  };
  return source;
}
