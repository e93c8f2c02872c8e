;; The result is valid, and has 15 MB.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (drop (memory.grow (i32.const 249)))
        (i32.store (i32.const 8192) (i32.const 0x00db0192)) ;; [1, a string
        (i32.store (i32.const 8195) (i32.const 0xc0e1e400)) ;; of 15,000,000 bytes, big-endian
        (memory.fill (i32.const 8199) (i32.const 0x61) (i32.const 15000000))
        (return (i64.or (i64.const 0x0000200000000000) (i64.const 15000007)))))
    (i64.const 0x0000001000000003)))
