// An endpoint as a plug-in of Extism: the frame is the plug-in's input, and the result frame its output. SOURCE is the
// file of the endpoint.
#include SOURCE

#define IMPORT(name) __attribute__((import_module("extism:host/env"), import_name(name)))

IMPORT("input_length") u64 input_length(void);
IMPORT("input_load_u8") u32 input_load_u8(u64 at);
IMPORT("input_load_u64") u64 input_load_u64(u64 at);
IMPORT("alloc") u64 extism_alloc(u64 n);
IMPORT("store_u8") void store_u8(u64 at, u32 v);
IMPORT("store_u64") void store_u64(u64 at, u64 v);
IMPORT("output_set") void output_set(u64 at, u64 n);

EXPORT("run") int run(void) {
	u64 n = input_length(), i = 0;
	u8 *in = skep_v1_alloc((u32)n);
	for (; i + 8 <= n; i += 8) {
		u64 v = input_load_u64(i);
		__builtin_memcpy(in + i, &v, 8);
	}
	for (; i < n; i++)
		in[i] = (u8)input_load_u8(i);
	u64 place = skep_v1_call(in, (u32)n);
	const u8 *out = (const u8 *)(u32)(place >> 32);
	n = (u32)place;
	u64 at = extism_alloc(n);
	for (i = 0; i + 8 <= n; i += 8) {
		u64 v;
		__builtin_memcpy(&v, out + i, 8);
		store_u64(at + i, v);
	}
	for (; i < n; i++)
		store_u8(at + i, out[i]);
	output_set(at, n);
	return 0;
}
