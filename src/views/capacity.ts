/** How many connections a client can open for ever if it closes first: the arithmetic of ports and TIME-WAIT. */

/** What limits the client. All are whole numbers of at least 1. */
export interface Supply {
  /** Ports in ip_local_port_range. */
  readonly ports: number;
  /** Seconds from taking a port until it can be taken again towards the same destination. */
  readonly seconds: number;
  /** Pairs of a server's address and port. */
  readonly destinations: number;
  /** Addresses of the client's own that `connect()` goes out from. */
  readonly sources: number;
}

export interface Capacity {
  /** Combinations of own address, own port and destination. */
  readonly combinations: number;
  /** Connections a second that can go on for ever, rounded down. */
  readonly perSecond: number;
  /** Up to here the half that connect() looks at first is enough, rounded down. */
  readonly firstHalf: number;
}

/** The highest number a port has. */
export const MAX_PORT = 65_535;

/**
 * The search of `connect()` leaves out one port of a range with an odd number of them
 * (net/ipv4/inet_hashtables.c, __inet_hash_connect(): remaining).
 */
export function capacity({ ports, seconds, destinations, sources }: Supply): Capacity {
  const usable = ports > 1 ? ports - (ports % 2) : ports;
  const combinations = usable * destinations * sources;
  return {
    combinations,
    perSecond: Math.floor(combinations / seconds),
    firstHalf: Math.floor(combinations / 2 / seconds),
  };
}
