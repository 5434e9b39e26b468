"""Reading and building segments, what the relay knows of a connection, and the rings it reads."""

import os
import struct
import sys
import unittest

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)), os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]

import lastack_lab as lab


def segment(seq, length=0, flags=lab.ACK, tsval=None):
    stamps = None if tsval is None else (tsval, 0)
    return lab.Segment(lab.build_packet("10.0.0.2", 7000, "10.0.0.1", 40000, seq, 5, flags, 100, stamps, bytes(length)))


class Segments(unittest.TestCase):
    def test_what_is_built_can_be_read(self):
        packet = lab.build_packet("10.0.0.2", 7000, "10.0.0.1", 40000, 1 << 31, 7, lab.FIN | lab.ACK, 500, (9, 8), b"abc")
        found = lab.Segment(packet)
        self.assertEqual((found.local, found.remote), ("10.0.0.2:7000", "10.0.0.1:40000"))
        self.assertEqual((found.seq, found.ack, found.window, found.length), (1 << 31, 7, 500, 3))
        self.assertEqual((found.tsval, found.tsecr, found.mss), (9, 8, None))
        self.assertEqual(lab.flag_text(found.flags), "F.")

    def test_checksums_are_good(self):
        for payload in (b"", b"a", b"ab"):
            packet = lab.build_packet("10.0.0.2", 7000, "10.0.0.1", 40000, 1, 7, lab.ACK, 500, (9, 8), payload)
            self.assertEqual(lab.checksum(packet[:20]), 0)
            pseudo = packet[12:20] + struct.pack("!HH", 6, len(packet) - 20)
            self.assertEqual(lab.checksum(pseudo + packet[20:]), 0)

    def test_sequence_numbers_wrap(self):
        self.assertTrue(lab.before(0xFFFFFFFF, 0))
        self.assertFalse(lab.before(0, 0xFFFFFFFF))
        self.assertFalse(lab.before(5, 5))
        self.assertEqual(segment(0xFFFFFFFE, 3, lab.FIN | lab.ACK).end, 2)


class Sides(unittest.TestCase):
    def test_rcv_nxt_waits_for_a_gap_to_fill(self):
        side = lab.Side()
        side.got(segment(0xFFFFFFF0, flags=lab.SYN, tsval=10))
        self.assertEqual(side.rcv_nxt, 0xFFFFFFF1)
        side.got(segment(0x05, 10, tsval=12))
        self.assertEqual((side.rcv_nxt, side.tsval_got), (0xFFFFFFF1, 10))
        side.got(segment(0xFFFFFFF1, 20, tsval=11))
        self.assertEqual((side.rcv_nxt, side.tsval_got), (15, 11))
        side.got(segment(15, 0, lab.FIN | lab.ACK, tsval=13))
        self.assertEqual((side.rcv_nxt, side.tsval_got), (16, 13))

    def test_snd_nxt_does_not_go_back(self):
        side = lab.Side()
        for one in (segment(100, flags=lab.SYN), segment(101, 50), segment(101, 10)):
            side.sent(one)
        self.assertEqual((side.isn, side.snd_nxt), (100, 151))

    def test_the_payload_pattern(self):
        self.assertEqual(b"".join(lab.pattern(250, 3)), bytes([250, 0, 1]))
        self.assertEqual(lab.pattern(7, 0), [])
        long = b"".join(lab.pattern(7, 3_000_000))
        self.assertEqual(long, bytes((7 + i) % 251 for i in range(3_000_000)))
        self.assertLessEqual(len(lab.pattern(250, lab.MAX_BYTES)), 1024)  # UIO_MAXIOV, the most a sendmsg() takes


class Matches(unittest.TestCase):
    def test_a_match_needs_all_its_conditions(self):
        match = {"has": ["ACK"], "lacks": ["FIN"], "data": False, "port": 7000}
        self.assertTrue(lab.fits(match, segment(1)))
        self.assertFalse(lab.fits(match, segment(1, 5)))
        self.assertFalse(lab.fits(match, segment(1, flags=lab.FIN | lab.ACK)))
        self.assertFalse(lab.fits(dict(match, port=80), segment(1)))


class Ring(unittest.TestCase):
    """A page of the kernel's ring buffer, made by hand."""

    def test_deltas_padding_and_long_times(self):
        tracepoint = lab.Tracepoint.__new__(lab.Tracepoint)
        tracepoint.data_offset = 16
        seen = []
        tracepoint.event = lambda page, at, stamp, found: seen.append((stamp, page[at : at + 4]))

        def head(kind, delta):
            return struct.pack("=I", delta << 5 | kind)

        data = head(1, 5) + b"aaaa"
        data += head(30, 3) + struct.pack("=I", 1)  # time extends by 3 + 2^27
        data += head(0, 1) + struct.pack("=I", 8) + b"bbbb"  # length in the first word, which it counts
        data += head(29, 1) + struct.pack("=I", 8) + b"...."  # padding, skipped
        data += head(1, 2) + b"cccc"
        tracepoint.parse(struct.pack("=QQ", 1000, len(data)) + data, [])
        late = 1000 + 5 + 3 + (1 << 27)
        self.assertEqual(seen, [(1005, b"aaaa"), (late + 1, b"bbbb"), (late + 4, b"cccc")])


if __name__ == "__main__":
    unittest.main()
