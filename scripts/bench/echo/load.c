/*
 * Load for an echo server: each connection sends one message, waits for the whole of it, and sends the next.
 *
 * Bun's own compiler compiles it, without the system's headers: what is used of Linux is declared here. Calls give a negative number when
 * the server does not do what it should.
 */
#define NULL ((void *)0)
enum { AF_INET = 2, SOCK_STREAM = 1, IPPROTO_TCP = 6, TCP_NODELAY = 1, MSG_DONTWAIT = 0x40, MSG_NOSIGNAL = 0x4000, EAGAIN = 11 };
enum { EPOLLIN = 1, EPOLLOUT = 4, EPOLL_CTL_ADD = 1, EPOLL_CTL_MOD = 3, CLOCK_MONOTONIC = 1 };
enum { MOST_EVENTS = 256, MOST_CONNECTIONS = 16384, RECEIVE_SIZE = 256 * 1024, PATIENCE_MS = 10000 };

#ifdef __x86_64__
struct event { unsigned events; unsigned long data; } __attribute__((packed));
#else
struct event { unsigned events; unsigned long data; };
#endif
struct address { unsigned short family; unsigned char port[2], host[4], rest[8]; };
struct time { long seconds, nanoseconds; };

int socket(int, int, int);
int connect(int, const struct address *, unsigned);
int setsockopt(int, int, int, const void *, unsigned);
int close(int);
long send(int, const void *, unsigned long, int);
long recv(int, void *, unsigned long, int);
int epoll_create1(int);
int epoll_ctl(int, int, int, struct event *);
int epoll_wait(int, struct event *, int, int);
int clock_gettime(int, struct time *);
int *__errno_location(void);
void *malloc(unsigned long);
int memcmp(const void *, const void *, unsigned long);

struct connection { int fd; long sent, received; };

static struct connection connections[MOST_CONNECTIONS];
static struct event events[MOST_EVENTS];
static char received[RECEIVE_SIZE];
static char *message;
static long size, begun, done, wanted;
static int count, poll, verifying;

static double now(void) {
    struct time t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.seconds + t.nanoseconds / 1e9;
}

/* Opens `more` connections to a port of 127.0.0.1, one after the other; with `greet` each sends one byte and waits for it. */
int load_open(int port, int more, int greet) {
    struct address to = {AF_INET, {port >> 8, port & 255}, {127, 0, 0, 1}};
    char byte = 'x';
    int one = 1;
    for (int i = 0; i < more; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0 || count == MOST_CONNECTIONS || connect(fd, &to, sizeof to) < 0) return -1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (greet && (send(fd, &byte, 1, MSG_NOSIGNAL) != 1 || recv(fd, &byte, 1, 0) != 1)) return -2;
        connections[count++].fd = fd;
    }
    return count;
}

void load_close(void) {
    while (count > 0) close(connections[--count].fd);
}

/* Makes the message, and watches all connections. */
int load_prepare(long length) {
    size = length;
    message = malloc(length);
    for (long i = 0; i < length; i++) message[i] = (char)(i * 31 + i / 251);
    poll = epoll_create1(0);
    for (int i = 0; i < count; i++) {
        struct event event = {EPOLLIN, i};
        if (epoll_ctl(poll, EPOLL_CTL_ADD, connections[i].fd, &event) < 0) return -1;
    }
    return 0;
}

/* Sends what the socket takes; watches for room only while something is left. */
static int send_rest(int index, int waited) {
    struct connection *c = &connections[index];
    while (c->sent < size) {
        long n = send(c->fd, message + c->sent, size - c->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && *__errno_location() != EAGAIN) return -1;
        if (n < 0) break;
        c->sent += n;
    }
    if ((c->sent < size) == waited) return 0;
    struct event event = {waited ? EPOLLIN : EPOLLIN | EPOLLOUT, index};
    return epoll_ctl(poll, EPOLL_CTL_MOD, c->fd, &event);
}

static int begin(int index) {
    if (begun == wanted) return 0;
    begun++;
    connections[index].sent = connections[index].received = 0;
    return send_rest(index, 0);
}

static int receive(int index) {
    struct connection *c = &connections[index];
    long n = recv(c->fd, received, RECEIVE_SIZE, MSG_DONTWAIT);
    if (n < 0 && *__errno_location() == EAGAIN) return 0;
    if (n <= 0 || c->received + n > size) return -1;
    if (verifying && memcmp(received, message + c->received, n) != 0) return -1;
    c->received += n;
    if (c->received < size) return 0;
    done++;
    return begin(index);
}

/* Has `n` messages echoed, all connections at once, and gives the seconds that took. With `verify` every byte is compared. */
double load_run(long n, int verify) {
    double start = now();
    verifying = verify;
    wanted = n;
    begun = done = 0;
    for (int i = 0; i < count; i++) if (begin(i) < 0) return -1;
    while (done < n) {
        int ready = epoll_wait(poll, events, MOST_EVENTS, PATIENCE_MS);
        if (ready == 0) return -2;
        for (int i = 0; i < ready; i++) {
            if ((events[i].events & EPOLLOUT) && send_rest(events[i].data, 1) < 0) return -1;
            if ((events[i].events & ~EPOLLOUT) && receive(events[i].data) < 0) return -1;
        }
    }
    return now() - start;
}
