;; Asks for 2^32 - 1 random bytes, which lie outside of the memory: an error, and the guest goes on.
(module
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (if (i32.eqz (call $random_get (i32.const 8192) (i32.const -1))) (then unreachable))))
    (i64.const 0x0000001000000003)))
