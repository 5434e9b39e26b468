/** Addresses and ports in the normal form: hosts by name, ports by first appearance on their host. */
import type { TraceHost } from "./trace-file.ts";

type Named = Pick<TraceHost, "name" | "addresses">;

const split = (endpoint: string): readonly [string, string] => {
  const colon = endpoint.lastIndexOf(":");
  return [endpoint.slice(0, colon), endpoint.slice(colon + 1)];
};

/** Name of the host that has the address of an endpoint; null: none has. */
export function hostOf(hosts: readonly Named[], endpoint: string): string | null {
  const [address] = split(endpoint);
  return hosts.find(({ addresses }) => addresses.includes(address))?.name ?? null;
}

/** Names endpoints, ports in the order in which they are asked for. `own`: the host that has the ports of `*`. */
export function endpointNames(hosts: readonly Named[]): (endpoint: string, own: string) => string {
  const ports = new Map<string, Map<string, number>>();
  const portText = (host: string, port: string): string => {
    const known = ports.get(host) ?? new Map<string, number>();
    ports.set(host, known);
    if (port === "0") return "0";
    const number = known.get(port) ?? known.size + 1;
    known.set(port, number);
    return `p${number}`;
  };
  return (endpoint, own) => {
    const [address, port] = split(endpoint);
    const any = address === "0.0.0.0";
    const host = any ? own : (hostOf(hosts, endpoint) ?? address);
    const index = hosts.find(({ name }) => name === host)?.addresses.indexOf(address) ?? -1;
    const name = any ? "*" : index > 0 ? `${host}/${index + 1}` : host;
    return `${name}:${portText(host, port)}`;
  };
}
