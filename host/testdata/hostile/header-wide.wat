;; One header of 17,000 bytes.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (i64.store (i32.const 8192) (i64.const 0x000000c0c8cc0395)) ;; [3, 200, nil,
        (i32.store (i32.const 8197) (i32.const 0x929100c4))         ;; an empty body, one header:
        (i32.store (i32.const 8201) (i32.const 0x42da41a1))         ;; A, a string of 0x4268 bytes
        (i32.store8 (i32.const 8205) (i32.const 0x68))
        (memory.fill (i32.const 8206) (i32.const 0x61) (i32.const 17000))
        (return (i64.or (i64.const 0x0000200000000000) (i64.const 17014)))))
    (i64.const 0x0000001000000003)))
