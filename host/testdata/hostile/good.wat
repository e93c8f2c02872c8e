;; Not hostile: answers with the request frame that it was given, as the body of a custom response.
(module
  (memory (export "memory") 1)
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    ;; [3, 200, nil, bin of $len bytes, []] around the request, which stays where it is
    (i64.store (i32.sub (local.get $ptr) (i32.const 8)) (i64.const 0x0000c5c0c8cc0395))
    (i32.store8 (i32.sub (local.get $ptr) (i32.const 2)) (i32.shr_u (local.get $len) (i32.const 8)))
    (i32.store8 (i32.sub (local.get $ptr) (i32.const 1)) (local.get $len))
    (i32.store8 (i32.add (local.get $ptr) (local.get $len)) (i32.const 0x90))
    (i64.or
      (i64.shl (i64.extend_i32_u (i32.sub (local.get $ptr) (i32.const 8))) (i64.const 32))
      (i64.extend_i32_u (i32.add (local.get $len) (i32.const 9))))))
