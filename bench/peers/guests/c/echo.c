// Endpoint echo answers with its arguments as a value.
#include "skep.h"

static u8 result[1 << 16];

EXPORT("skep_v1_call") u64 skep_v1_call(const u8 *p, u32 n) {
	const u8 *args = FIND(p, "args");
	u8 *end = put(put(result, "\x92\x01", 2), args, skip(args) - args);
	return PLACE(result, end - result);
}
