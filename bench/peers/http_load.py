"""Clients that each send a request, wait for the response and send the next. Prints requests/s and latencies as JSON.

It uses one thread, epoll and bare sockets (15 to 25 us per request), so that on a small machine the server gets most of
the processor; `cpu_share` is this process's share of one core. Connections are kept alive, as in clients' libraries.
"""
import argparse
import json
import pathlib
import select
import socket
import time


class Client:
    """One connection and its request in progress."""

    def __init__(self, address, requests, first):
        self.requests, self.next = requests, first
        self.connection = socket.create_connection(address)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received, self.missing, self.sent_at = b"", -1, 0.0

    def send(self):
        self.received, self.missing = b"", -1
        self.sent_at = time.perf_counter()
        self.connection.sendall(self.requests[self.next % len(self.requests)])
        self.next += 1

    def receive(self):
        """Returns the status when the response is complete, otherwise 0."""
        part = self.connection.recv(65536)
        if not part:
            raise SystemExit("the server closed the connection")
        self.received += part
        if self.missing < 0:
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                return 0
            self.missing = end + 4 + content_length(self.received[:end])
        return int(self.received[9:12]) if len(self.received) >= self.missing else 0


def content_length(head):
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise SystemExit("an answer without Content-Length")


def request_of(text, host):
    body = json.dumps({"inputs": text}).encode()
    head = (f"POST /predict HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n")
    return head.encode() + body


def load(clients, seconds):
    """Returns the latencies in seconds and the number of responses other than 200, without a warm-up of a tenth."""
    poll, by_file = select.epoll(), {}
    for client in clients:
        by_file[client.connection.fileno()] = client
        poll.register(client.connection.fileno(), select.EPOLLIN)
    start = time.perf_counter()
    counted_from, end = start + seconds / 10, start + seconds
    latencies, failures = [], 0
    for client in clients:
        client.send()
    now = start
    while now < end:
        for file, _ in poll.poll(1):
            client = by_file[file]
            status = client.receive()
            if status == 0:
                continue
            now = time.perf_counter()
            if now >= counted_from:
                latencies.append(now - client.sent_at)
                failures += status != 200
            client.send()
        now = time.perf_counter()
    drain(poll, by_file)
    return latencies, failures, now - counted_from


def drain(poll, by_file):
    """Reads the remaining responses, so that the server is idle when the next runner is measured."""
    waiting = set(by_file)
    while waiting:
        for file, _ in poll.poll(60):
            if by_file[file].receive():
                waiting.discard(file)


def quantile(ordered, share):
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--texts", type=pathlib.Path, required=True, help="file with one JSON text per line")
    parser.add_argument("--clients", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    args = parser.parse_args()
    texts = [json.loads(line) for line in args.texts.open(encoding="utf-8")]
    requests = [request_of(text, f"127.0.0.1:{args.port}") for text in texts]
    stride = max(1, len(requests) // args.clients)
    clients = [Client(("127.0.0.1", args.port), requests, index * stride) for index in range(args.clients)]
    before = time.process_time()
    latencies, failures, seconds = load(clients, args.seconds)
    cpu = (time.process_time() - before) / args.seconds
    if not latencies:
        raise SystemExit("no answer came in time")
    latencies.sort()
    print(json.dumps({"rate": len(latencies) / seconds, "requests": len(latencies), "failures": failures,
                      "p50_ms": 1000 * quantile(latencies, 0.5), "p99_ms": 1000 * quantile(latencies, 0.99),
                      "cpu_share": cpu}))


if __name__ == "__main__":
    main()
