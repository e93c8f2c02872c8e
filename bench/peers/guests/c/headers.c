// Endpoint headers answers with twenty headers, X-Out-0 to X-Out-19, whose values come from those of the request.
#include "skep.h"

enum { OUT = 20 };

static const u8 head[] = "\x95\x03\xcc\xc8\xb9text/plain; charset=utf-8\xc4\x0dHello, World!\xdc\x00\x14";
static u8 result[1 << 14];

EXPORT("skep_v1_call") u64 skep_v1_call(const u8 *p, u32 n) {
	const u8 *values[OUT] = {0};
	const u8 *header = FIND(FIND(p, "request"), "headers");
	for (u32 left = count(&header); left > 0; left--) {
		count(&header);
		u32 size = str(&header);
		const u8 *name = header, *value = header + size;
		header = skip(value);
		if (size < 6 || size > 7 || !same(name, "X-In-", 5))
			continue;
		u32 i = name[5] - '0';
		if (size == 7)
			i = i * 10 + name[6] - '0';
		if (i < OUT && !values[i])
			values[i] = value;
	}
	u8 *to = put(result, head, sizeof head - 1);
	for (u32 i = 0; i < OUT; i++) {
		char name[] = "X-Out-00";
		u32 size = 7;
		if (i >= 10)
			name[size++ - 1] = '0' + i / 10;
		name[size - 1] = '0' + i % 10;
		*to++ = 0x92;
		to = putStr(to, name, size);
		const u8 *value = values[i] ? values[i] : (const u8 *)"\xa0";
		to = put(to, value, skip(value) - value);
	}
	return PLACE(result, to - result);
}
