;; 4 million JSON arrays within each other.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (drop (memory.grow (i32.const 249)))
        (memory.fill (i32.const 8192) (i32.const 0x5b) (i32.const 4000000))
        (i32.store (i32.const 8192) (i32.const 0x00c60492)) ;; [4, bin of
        (i32.store (i32.const 8195) (i32.const 0xf9083d00)) ;; 3,999,993 bytes, big-endian
        (return (i64.const 0x00002000003d0900))))
    (i64.const 0x0000001000000003)))
