/**
 * Serves a built site: `node scripts/serve.ts [folder]`, dist/ if none is named. BASE_PATH is where the site
 * was built to stand, PORT where to listen (4321; the next free one if it is taken), HOST the address
 * (127.0.0.1). Prints the address once it answers. Tests call `serve()` themselves.
 */
import { existsSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { AddressInfo } from "node:net";
import { extname, join, normalize, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { createGzip } from "node:zlib";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".jsonl": "application/jsonl; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".py": "text/x-python; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".xml": "application/xml; charset=utf-8",
};

/** Types of text, which get smaller. */
const PACKED = /charset|json|svg/;

export interface Serving {
  /** `http://127.0.0.1:4321/`, with the base path. */
  readonly address: string;
  close(): Promise<void>;
}

export interface ServeOptions {
  readonly folder: string;
  /** Where the site stands on its host, `/` or `/x/y/`. */
  readonly base?: string;
  /** First port to try; 0 lets the system choose. */
  readonly port?: number;
  readonly host?: string;
}

/** Starts the server and resolves once it listens. @throws Error if the folder holds no site */
export async function serve({ folder, base = "/", port = 4321, host = "127.0.0.1" }: ServeOptions): Promise<Serving> {
  const root = resolve(folder);
  const prefix = `/${base}/`.replace(/\/{2,}/g, "/");
  if (!existsSync(join(root, "index.html"))) throw new Error(`${root} holds no site: npm run build`);
  const server = createServer((request, response) => {
    reply(root, prefix, request, response).catch(() => {
      // A build takes files away while this serves: between looking and opening, or in the middle of one.
      if (response.headersSent) response.destroy();
      else response.writeHead(503, { "content-type": "text/plain", "retry-after": "2" }).end("Being built again.\n");
    });
  });
  await listen(server, port, host);
  const at = server.address() as AddressInfo;
  return {
    address: `http://${host === "0.0.0.0" ? "127.0.0.1" : host}:${at.port}${prefix}`,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

async function reply(root: string, prefix: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = lookUp(root, prefix, request.url ?? "/");
  if ("location" in answer) {
    response.writeHead(301, { location: answer.location }).end();
    return;
  }
  const file = await open(answer.file);
  try {
    const type = TYPES[extname(answer.file)] ?? "application/octet-stream";
    // As hosts of static files do it; what they send is what docs/performance.md measures.
    const pack = PACKED.test(type) && /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
    response.writeHead(answer.status, {
      "content-type": type,
      ...(pack ? { "content-encoding": "gzip" } : { "content-length": (await file.stat()).size }),
      vary: "accept-encoding",
      // Names under _astro carry a hash of what they hold; everything else is asked for again.
      "cache-control": answer.file.includes(`${sep}_astro${sep}`) ? "public, max-age=31536000, immutable" : "no-cache",
      "x-content-type-options": "nosniff",
    });
    if (request.method === "HEAD") response.end();
    else if (pack) await pipeline(file.createReadStream({ autoClose: false }), createGzip(), response);
    else await pipeline(file.createReadStream({ autoClose: false }), response);
  } finally {
    await file.close();
  }
}

/** Which file answers an address: itself, its index.html, or 404.html. A folder without its slash redirects. */
function lookUp(
  root: string,
  prefix: string,
  url: string,
): { readonly file: string; readonly status: number } | { readonly location: string } {
  const missing = { file: join(root, "404.html"), status: 404 };
  const [address = "/", query] = url.split("?");
  let path: string;
  try {
    path = decodeURIComponent(address);
  } catch {
    return missing;
  }
  if (`${path}/` === prefix) return { location: prefix };
  if (!path.startsWith(prefix) || path.includes("\0")) return missing;
  const file = normalize(join(root, path.slice(prefix.length)));
  if (file !== root && !file.startsWith(root + sep)) return missing;
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) return missing;
  if (!found.isDirectory()) return { file, status: 200 };
  if (!path.endsWith("/")) return { location: `${address}/${query === undefined ? "" : `?${query}`}` };
  const index = join(file, "index.html");
  return existsSync(index) ? { file: index, status: 200 } : missing;
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  for (let next = port; ; next++) {
    try {
      await new Promise<void>((done, fail) => {
        server.once("error", fail);
        server.listen(next, host, () => {
          server.off("error", fail);
          done();
        });
      });
      return;
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (!taken || port === 0 || next - port >= 50) throw error;
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { BASE_PATH, PORT, HOST } = process.env;
  try {
    const { address } = await serve({
      folder: process.argv[2] ?? fileURLToPath(new URL("../dist", import.meta.url)),
      ...(BASE_PATH === undefined ? {} : { base: BASE_PATH }),
      ...(PORT === undefined ? {} : { port: Number(PORT) }),
      ...(HOST === undefined ? {} : { host: HOST }),
    });
    console.log(`Last ACK is at ${address}  (Ctrl-C stops it)`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
