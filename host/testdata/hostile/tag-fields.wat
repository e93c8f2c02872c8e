;; A value with the fields of an error.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (data (i32.const 64) "\93\01\cd\01\90\a1a")
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (return (i64.const 0x0000004000000007))))
    (i64.const 0x0000001000000003)))
