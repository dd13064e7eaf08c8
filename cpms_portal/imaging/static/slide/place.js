// A place of a slide in an address: middle (pixels of the slide), scale, rotation.

const FORM = /^#at=(-?[\d.]+),(-?[\d.]+),([\d.]+),(-?[\d.]+)$/;

export function read(hash) {
  const found = FORM.exec(hash);
  if (!found) return null;
  const [x, y, ratio, turn] = found.slice(1).map(Number);
  return ratio > 0 && [x, y, turn].every(Number.isFinite) ? { x, y, ratio, turn } : null;
}

export function written({ x, y, ratio, turn }) {
  return `#at=${Math.round(x)},${Math.round(y)},${Number(ratio.toPrecision(6))},${Math.round(turn)}`;
}
