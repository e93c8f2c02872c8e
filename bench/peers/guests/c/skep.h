// What guests in C need of the ABI (abi/README.md): the exports, and a reader and a writer of MessagePack that trust
// the host, as a frame that the host has written breaks no rule.

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

#define EXPORT(name) __attribute__((export_name(name)))
#define PLACE(p, n) ((u64)(u32)(p) << 32 | (u32)(n))

static u8 request[1 << 16];

EXPORT("skep_v1_alloc") u8 *skep_v1_alloc(u32 n) { return n <= sizeof request ? request : 0; }

static u32 be(const u8 *p, u32 bytes) {
	u32 v = 0;
	while (bytes--)
		v = v << 8 | *p++;
	return v;
}

// str reads the head of a str or bin and moves p to its bytes.
static u32 str(const u8 **p) {
	u8 c = *(*p)++;
	if (c >= 0xa0 && c < 0xc0)
		return c & 31;
	u32 wide = c == 0xd9 || c == 0xc4 ? 1 : c == 0xda || c == 0xc5 ? 2 : 4;
	u32 n = be(*p, wide);
	*p += wide;
	return n;
}

// count reads the head of an array or a map.
static u32 count(const u8 **p) {
	u8 c = *(*p)++;
	if (c >= 0x80 && c < 0xa0)
		return c & 15;
	u32 wide = c == 0xdc || c == 0xde ? 2 : 4;
	u32 n = be(*p, wide);
	*p += wide;
	return n;
}

// skip gives what follows the value at p.
static const u8 *skip(const u8 *p) {
	for (u32 todo = 1; todo > 0; todo--) {
		u8 c = *p;
		if (c < 0x80 || c >= 0xe0 || c == 0xc0 || c == 0xc2 || c == 0xc3) {
			p++;
		} else if (c < 0x90 || c == 0xde || c == 0xdf) {
			todo += 2 * count(&p);
		} else if (c < 0xa0 || c == 0xdc || c == 0xdd) {
			todo += count(&p);
		} else if (c < 0xc0 || (c >= 0xc4 && c <= 0xc6) || (c >= 0xd9 && c <= 0xdb)) {
			u32 n = str(&p);
			p += n;
		} else if (c == 0xca || c == 0xcb) {
			p += c == 0xca ? 5 : 9;
		} else {
			p += 1 + (1u << (c & 3));
		}
	}
	return p;
}

static int same(const u8 *p, const char *text, u32 n) {
	for (u32 i = 0; i < n; i++)
		if (p[i] != (u8)text[i])
			return 0;
	return 1;
}

// find gives the value of a key in the map at p, which has it.
#define FIND(p, key) find(p, key, sizeof key - 1)
static const u8 *find(const u8 *p, const char *key, u32 n) {
	for (u32 pairs = count(&p); pairs > 0; pairs--) {
		u32 length = str(&p);
		const u8 *value = p + length;
		if (length == n && same(p, key, n))
			return value;
		p = skip(value);
	}
	__builtin_trap();
}

// number reads a number of any type.
static double number(const u8 **p) {
	u8 c = *(*p)++;
	if (c < 0x80 || c >= 0xe0)
		return (signed char)c;
	u32 bytes = c == 0xcb ? 8 : c == 0xca ? 4 : 1u << (c & 3);
	u64 bits = 0;
	for (u32 i = 0; i < bytes; i++)
		bits = bits << 8 | *(*p)++;
	union {
		u64 bits;
		double v;
	} wide = {bits};
	union {
		u32 bits;
		float v;
	} narrow = {(u32)bits};
	switch (c) {
	case 0xcb: return wide.v;
	case 0xca: return narrow.v;
	case 0xd0: return (signed char)bits;
	case 0xd1: return (short)bits;
	case 0xd2: return (int)bits;
	case 0xd3: return (double)(long long)bits;
	default: return (double)bits;
	}
}

// put appends bytes, putText a string literal of less than 32 bytes as str, putFloat a number.
static u8 *put(u8 *to, const void *from, u32 n) {
	__builtin_memcpy(to, from, n);
	return to + n;
}

#define putText(to, text) putStr(to, text, sizeof text - 1)
static u8 *putStr(u8 *to, const char *text, u32 n) {
	*to++ = 0xa0 | n;
	return put(to, text, n);
}

static u8 *putFloat(u8 *to, double v) {
	union {
		double v;
		u64 bits;
	} wide = {v};
	*to++ = 0xcb;
	for (int shift = 56; shift >= 0; shift -= 8)
		*to++ = (u8)(wide.bits >> shift);
	return to;
}
