// The kernels in C whose metering is measured. Each takes a size and gives a checksum. There is no C library.
typedef unsigned char u8;
typedef unsigned int u32;
typedef long long i64;

#define KERNEL(name) __attribute__((export_name(#name))) i64 name(int n)

static u8 arena[4 << 20];
static u32 used;

static void *take(u32 size) {
	void *p = arena + used;
	used += (size + 7) & ~7u;
	return p;
}

KERNEL(fib) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

KERNEL(sieve) {
	u8 *composite = arena;
	i64 count = 0;
	for (int i = 0; i < n; i++) composite[i] = 0;
	for (int i = 2; i < n; i++) {
		if (composite[i]) continue;
		count++;
		for (int j = 2 * i; j < n; j += i) composite[j] = 1;
	}
	return count;
}

KERNEL(matmul) {
	used = 0;
	double *a = take(n * n * 8), *b = take(n * n * 8), *c = take(n * n * 8);
	for (int i = 0; i < n * n; i++) a[i] = i % 7, b[i] = i % 5;
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++) {
			double sum = 0;
			for (int k = 0; k < n; k++) sum += a[i * n + k] * b[k * n + j];
			c[i * n + j] = sum;
		}
	return (i64)c[n + 1];
}

static u32 state;

static u32 next(void) {
	state = state * 1664525 + 1013904223;
	return state >> 8;
}

static void quicksort(u32 *list, int low, int high) {
	while (low < high) {
		u32 pivot = list[(low + high) / 2];
		int i = low, j = high;
		while (i <= j) {
			while (list[i] < pivot) i++;
			while (list[j] > pivot) j--;
			if (i <= j) {
				u32 swapped = list[i];
				list[i++] = list[j];
				list[j--] = swapped;
			}
		}
		quicksort(list, low, j);
		low = i;
	}
}

KERNEL(sort) {
	u32 *list = (u32 *)arena;
	state = 1;
	for (int i = 0; i < n; i++) list[i] = next();
	quicksort(list, 0, n - 1);
	return list[n / 2];
}

static int number(char *to, u32 v) {
	char digits[10];
	int n = 0, length;
	do digits[n++] = '0' + v % 10; while (v /= 10);
	for (length = n; n; n--) *to++ = digits[n - 1];
	return length;
}

struct slot { char key[16]; int length; i64 count; };

static struct slot *find(struct slot *slots, const char *key, int length) {
	u32 hash = 2166136261u;
	for (int i = 0; i < length; i++) hash = (hash ^ (u8)key[i]) * 16777619;
	for (;; hash++) {
		struct slot *s = &slots[hash & 2047];
		if (!s->length) return s;
		int same = s->length == length;
		for (int i = 0; same && i < length; i++) same = s->key[i] == key[i];
		if (same) return s;
	}
}

KERNEL(table) {
	used = 0;
	struct slot *slots = take(2048 * sizeof *slots);
	for (int i = 0; i < 2048; i++) slots[i].length = 0, slots[i].count = 0;
	i64 size = 0;
	state = 2;
	char key[16] = "key";
	for (int i = 0; i < n; i++) {
		int length = 3 + number(key + 3, next() % 1000);
		struct slot *s = find(slots, key, length);
		if (!s->length) {
			size++;
			s->length = length;
			for (int k = 0; k < length; k++) s->key[k] = key[k];
		}
		s->count++;
	}
	return find(slots, "key7", 4)->count + size;
}

KERNEL(fnv) {
	u32 hash = 2166136261u;
	for (int i = 0; i < n; i++) hash = (hash ^ (u8)i) * 16777619;
	return hash;
}

static const u32 rounds[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
	0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
	0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
	0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static u32 turn(u32 v, int by) { return v >> by | v << (32 - by); }

static void block(u32 *h, const u8 *p) {
	u32 w[64], v[8];
	for (int i = 0; i < 16; i++) w[i] = (u32)p[4 * i] << 24 | p[4 * i + 1] << 16 | p[4 * i + 2] << 8 | p[4 * i + 3];
	for (int i = 16; i < 64; i++)
		w[i] = w[i - 16] + w[i - 7] + (turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3) +
		       (turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10);
	for (int i = 0; i < 8; i++) v[i] = h[i];
	for (int i = 0; i < 64; i++) {
		u32 a = v[0], e = v[4];
		u32 x = v[7] + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & v[5]) ^ (~e & v[6])) + rounds[i] + w[i];
		u32 y = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
		for (int k = 7; k > 0; k--) v[k] = v[k - 1];
		v[4] += x;
		v[0] = x + y;
	}
	for (int i = 0; i < 8; i++) h[i] += v[i];
}

// n is a multiple of 64; there is no padding.
KERNEL(sha) {
	u32 h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
	for (int i = 0; i < n; i++) arena[i] = 0;
	for (int i = 0; i < n; i += 64) block(h, arena + i);
	return h[0];
}

static const char digits64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

KERNEL(text) {
	u8 *from = arena, *to = arena + sizeof arena / 2, *p = from, *q = to;
	for (int i = 0; i < n; i++) {
		for (const char *s = "item "; *s; s++) *p++ = *s;
		p += number((char *)p, i);
		*p++ = '\n';
	}
	p[0] = p[1] = 0;
	for (u8 *s = from; s < p; s += 3) {
		u32 v = s[0] << 16 | s[1] << 8 | s[2];
		*q++ = digits64[v >> 18];
		*q++ = digits64[v >> 12 & 63];
		*q++ = digits64[v >> 6 & 63];
		*q++ = digits64[v & 63];
	}
	return q - to;
}

struct node { struct node *left, *right; };

static struct node *grow(int depth) {
	struct node *n = take(sizeof *n);
	n->left = depth ? grow(depth - 1) : 0;
	n->right = depth ? grow(depth - 1) : 0;
	return n;
}

static i64 count(struct node *n) { return n->left ? 1 + count(n->left) + count(n->right) : 1; }

KERNEL(tree) {
	used = 0;
	return count(grow(n));
}

static i64 square(i64 a, i64 b) { return a * a; }
static i64 oblong(i64 a, i64 b) { return a * b; }
static i64 unit(i64 a, i64 b) { return 1; }

static i64 (*volatile areas[4])(i64, i64) = {square, oblong, unit, square};

KERNEL(indirect) {
	i64 sum = 0;
	for (int i = 0; i < n; i++) sum += areas[i & 3](3, 4);
	return sum;
}

KERNEL(copies) {
	volatile u8 *from = arena;
	u8 *to = arena + 4096;
	from[17] = 1;
	for (int k = 0; k < n; k++) {
		for (int i = 0; i < 4096; i++) to[i] = from[i];
		from[17]++;
	}
	return to[17];
}

KERNEL(mandelbrot) {
	i64 total = 0;
	for (int py = 0; py < n; py++)
		for (int px = 0; px < n; px++) {
			double cx = 3.0 * px / n - 2, cy = 2.0 * py / n - 1, x = 0, y = 0;
			int steps = 0;
			for (; steps < 50 && x * x + y * y < 4; steps++) {
				double t = x * x - y * y + cx;
				y = 2 * x * y + cy;
				x = t;
			}
			total += steps;
		}
	return total;
}

static const u8 *at;

// value gives how many values there are in the one that begins here, with itself.
static i64 value(void) {
	i64 n = 1;
	switch (*at) {
	case '[':
	case '{':
		at++;
		while (*at != ']' && *at != '}') {
			n += value();
			while (*at == ',' || *at == ':') at++;
		}
		at++;
		return n;
	case '"':
		for (at++; *at != '"'; at++)
			if (*at == '\\') at++;
		at++;
		return n;
	}
	while (*at != ',' && *at != ']' && *at != '}') at++;
	return n;
}

KERNEL(parse) {
	u8 *p = arena;
	*p++ = '[';
	for (int i = 0; i < n; i++)
		for (const char *s = "{\"name\":\"an \\\"item\\\"\",\"list\":[1,22,-3.5],\"ok\":true},"; *s; s++) *p++ = *s;
	*p++ = '0';
	*p++ = ']';
	at = arena;
	return value();
}
