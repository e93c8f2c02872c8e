;; Logs "begun", counts for a while and answers "Hello, World!".
(module
  (import "skep_v1" "log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 16) "\92\01\adHello, World!")
  (data (i32.const 64) "begun")
  (func (export "skep_v1_alloc") (param i32) (result i32)
    i32.const 4096)
  (func (export "skep_v1_call") (param i32 i32) (result i64)
    (local i32)
    i32.const 0
    i32.const 64
    i32.const 5
    call $log
    i32.const 5000000
    local.set 2
    loop
      local.get 2
      i32.const 1
      i32.sub
      local.tee 2
      br_if 0
    end
    i64.const 0x00000010_00000010))
