;; 16 tables as large as can be: 13 MB that no limit on memory counts, in each instance.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (table 100000 funcref) (table 100000 funcref) (table 100000 funcref) (table 100000 funcref)
  (table 100000 funcref) (table 100000 funcref) (table 100000 funcref) (table 100000 funcref)
  (table 100000 funcref) (table 100000 funcref) (table 100000 funcref) (table 100000 funcref)
  (table 100000 funcref) (table 100000 funcref) (table 100000 funcref) (table 100000 funcref)
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (i64.const 0x0000001000000003)))
