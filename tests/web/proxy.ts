// A reverse proxy that serves another server under a path prefix and removes the prefix, like nginx with
// `location /tools/hone/ { proxy_pass http://server/; }`.
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface Proxy {
  /** With the path, and a slash at its end. */
  address: string;
  close(): Promise<void>;
}

export async function startProxy(target: string, path: string): Promise<Proxy> {
  const server = createServer((incoming, outgoing) => {
    const url = incoming.url ?? "/";
    if (!url.startsWith(path)) return void outgoing.writeHead(404).end();
    const { hostname, port } = new URL(target);
    const passed = request({ hostname, port, method: incoming.method, path: `/${url.slice(path.length)}`, headers: { ...incoming.headers, host: `${hostname}:${port}` } },
      (response) => {
        outgoing.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(outgoing);
      });
    passed.on("error", () => outgoing.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
