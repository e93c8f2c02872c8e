;; A custom response with the status 204 and a body, which the next answer of the connection would begin with.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (data (i32.const 64) "\95\03\cd\00\cc\aatext/plain\c5\00*HTTP/1.1 200 OK\0d\0aContent-Length: 4\0d\0a\0d\0aevil\90")
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (return (i64.const 0x000000400000003e))))
    (i64.const 0x0000001000000003)))
