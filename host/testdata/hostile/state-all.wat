;; Writes to all 15 MB of its image, which have to be set back after the call, and answers.
(module
  (memory (export "memory") 250)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (memory.fill (i32.const 8192) (i32.const 1) (i32.const 16000000))))
    (i64.const 0x0000001000000003)))
