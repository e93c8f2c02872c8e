;; Makes references to a function: the engine keeps each of them as long as the instance lives.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (func $f)
  (elem declare func $f)
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then (loop $on (drop (ref.func $f)) (br $on))))
    (i64.const 0x0000001000000003)))
