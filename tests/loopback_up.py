"""Bring the loopback interface up in a new network namespace (`ip link set lo up`, where there is no `ip`)."""

import fcntl
import socket
import struct

SIOCSIFFLAGS = 0x8914
IFF_UP = 0x1

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
    fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH", b"lo", IFF_UP))
