// Endpoint raw answers with the client's text as a value, which nothing but the host's check of it reads.
#include "skep.h"

static u8 result[1 << 16];

EXPORT("skep_v1_call") u64 skep_v1_call(const u8 *p, u32 n) {
	const u8 *text = FIND(p, "args");
	u8 *end = put(put(result, "\x92\x04", 2), text, skip(text) - text);
	return PLACE(result, end - result);
}
