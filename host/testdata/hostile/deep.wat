;; 4 million arrays within each other.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (drop (memory.grow (i32.const 249)))
        (memory.fill (i32.const 8192) (i32.const 0x91) (i32.const 4000000))
        (i32.store16 (i32.const 8192) (i32.const 0x0192)) ;; [1, ...
        (return (i64.const 0x00002000003d0900))))
    (i64.const 0x0000001000000003)))
