;; An error whose message has 70,000 bytes.
(module
  (memory (export "memory") 4)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (i32.store (i32.const 8192) (i32.const 0x01cd0293))           ;; [2, 400,
        (i32.store16 (i32.const 8196) (i32.const 0xdb90))             ;; a string
        (i32.store (i32.const 8198) (i32.const 0x70110100))           ;; of 70,000 bytes, big-endian
        (memory.fill (i32.const 8202) (i32.const 0x61) (i32.const 70000))
        (return (i64.or (i64.const 0x0000200000000000) (i64.const 70010)))))
    (i64.const 0x0000001000000003)))
