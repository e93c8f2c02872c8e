;; Integers that a float of 64 bits would spoil.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (data (i32.const 64) "\92\01\94\cf\00 \00\00\00\00\00\01\cf\80\00\00\00\00\00\00\00\cf\ff\ff\ff\ff\ff\ff\ff\ff\d3\80\00\00\00\00\00\00\00")
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (return (i64.const 0x0000004000000027))))
    (i64.const 0x0000001000000003)))
