// A guest in C for benchmarks: it finds the argument "text" in a request frame and answers with it. Built by
//
//	clang-19 --target=wasm32 -O2 -nostdlib -Wl,--no-entry -Wl,--strip-all -o echo.wasm echo.c
//
// and echo.wat is what wasm2wat makes of that.

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

static u8 frame[16384];
static u8 result[16384];

// skip gives the value behind the one at p: any but floats, arrays and what has lengths of 32 bits, but for maps.
static const u8 *skip(const u8 *p) {
	for (u32 todo = 1; todo > 0; todo--) {
		u8 c = *p++;
		if (c < 0x80 || c >= 0xe0 || c == 0xc0 || c == 0xc2 || c == 0xc3)
			continue;
		if (c < 0x90)
			todo += 2 * (c & 15);
		else if (c >= 0xa0 && c < 0xc0)
			p += c & 31;
		else if (c >= 0xcc && c <= 0xcf)
			p += 1u << (c - 0xcc);
		else if (c >= 0xd0 && c <= 0xd3)
			p += 1u << (c - 0xd0);
		else if (c == 0xd9)
			p += 1 + *p;
		else if (c == 0xda)
			p += 2 + (p[0] << 8 | p[1]);
		else if (c == 0xdf) {
			todo += 2 * ((u32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]);
			p += 4;
		} else
			__builtin_trap();
	}
	return p;
}

// find gives the value of a key with 4 bytes in the map at p.
static const u8 *find(const u8 *p, const char *key) {
	u32 n = *p & 15;
	if (*p++ == 0xdf) {
		n = (u32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
		p += 4;
	}
	for (; n > 0; n--) {
		if (p[0] == 0xa4 && p[1] == key[0] && p[2] == key[1] && p[3] == key[2] && p[4] == key[3])
			return p + 5;
		p = skip(skip(p));
	}
	__builtin_trap();
}

__attribute__((export_name("skep_v1_alloc"))) u8 *alloc(u32 size) { return size <= sizeof frame ? frame : 0; }

__attribute__((export_name("skep_v1_call"))) u64 call(const u8 *p, u32 size) {
	const u8 *text = find(find(p, "args"), "text");
	u32 n = skip(text) - text;
	result[0] = 0x92; // an array of two: the tag of a value, and the value
	result[1] = 1;
	__builtin_memcpy(result + 2, text, n);
	return (u64)(u32)result << 32 | (n + 2);
}
