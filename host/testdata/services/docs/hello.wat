;; Answers every request with the value "Hello, World!".
(module
  (memory (export "memory") 1 1)
  (data (i32.const 16) "\92\01\adHello, World!") ;; [1, "Hello, World!"]
  (func (export "skep_v1_alloc") (param i32) (result i32)
    i32.const 4096)
  (func (export "skep_v1_call") (param i32 i32) (result i64)
    i64.const 0x00000010_00000010)) ;; 16 bytes at 16
