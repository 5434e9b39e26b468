/**
 * The picture as a file that needs no page: what the style sheet says is written into the elements, the marks of the
 * states are taken along, and the ground is filled.
 */
const KEPT = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linejoin",
  "paint-order",
  "font-family",
  "font-size",
  "font-style",
  "font-weight",
  "font-variant-numeric",
  "color",
  "opacity",
] as const;
/** What an element is without being told. */
const PLAIN = ["", "normal", "auto", "1"];
const SVG = "http://www.w3.org/2000/svg";

/** The SVG text of a picture on the page, in the theme it has there. */
export function svgText(picture: SVGSVGElement): string {
  const copy = picture.cloneNode(true) as SVGSVGElement;
  const originals = [picture, ...picture.querySelectorAll<SVGElement>("*")];
  const copies = [copy, ...copy.querySelectorAll<SVGElement>("*")];
  const marks = new Set<string>();
  originals.forEach((original, i) => {
    const to = copies[i];
    if (!to) return;
    const style = getComputedStyle(original);
    for (const name of KEPT) {
      const value = style.getPropertyValue(name);
      if (!PLAIN.includes(value)) to.setAttribute(name, value);
    }
    to.removeAttribute("class");
    to.removeAttribute("data-n");
    const mark = original.getAttribute("href");
    if (mark?.startsWith("#")) marks.add(mark);
  });
  const [, , width = "580", height = "400"] = (picture.getAttribute("viewBox") ?? "").split(" ");
  copy.setAttribute("xmlns", SVG);
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  const ground = document.createElementNS(SVG, "rect");
  ground.setAttribute("width", width);
  ground.setAttribute("height", height);
  ground.setAttribute("fill", getComputedStyle(document.body).backgroundColor);
  const defs = document.createElementNS(SVG, "defs");
  for (const mark of marks) {
    const symbol = document.querySelector(`symbol${mark}`);
    if (symbol) defs.append(symbol.cloneNode(true));
  }
  const title = document.createElementNS(SVG, "title");
  title.textContent = picture.getAttribute("aria-label");
  copy.prepend(title, defs, ground);
  return new XMLSerializer().serializeToString(copy);
}

/** How many pixels of a PNG stand for one of the picture. */
const SCALE = 2;

/** The picture as PNG. @throws Error if the browser cannot draw it, as where it forbids reading a canvas */
export async function png(svg: string, width: number, height: number): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * SCALE;
  canvas.height = height * SCALE;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error(`${canvas.width} × ${canvas.height}`))),
      "image/png",
    );
  });
}
