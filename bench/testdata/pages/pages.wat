;; Works on as many small pages (4 KiB) as the request says, which ends with a text of a letter and seven digits.
;; h: hold so many, all written to, unless they are held already; a warm-up has this call.
;; w: write to so many, each fourth one of those that are held. r: read so many, and write to one. The answer is true.
(module
  (memory (export "memory") 1 1025)
  (data (i32.const 16) "\92\01\c3") ;; [1, true]
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (local $at i32) (local $end i32) (local $pages i32) (local $what i32) (local $stop i32)
    (local.set $end (i32.add (local.get $ptr) (local.get $len)))
    (local.set $at (i32.sub (local.get $end) (i32.const 7)))
    (local.set $what (i32.load8_u (i32.sub (local.get $end) (i32.const 8))))
    (loop $digits
      (local.set $pages (i32.add (i32.mul (local.get $pages) (i32.const 10))
        (i32.sub (i32.load8_u (local.get $at)) (i32.const 48))))
      (br_if $digits (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (local.get $end))))
    (local.set $at (i32.const 65536)) ;; what is held comes after the first page, in steps of 64 KiB
    (if (i32.eq (local.get $what) (i32.const 104)) ;; h
      (then
        (local.set $stop (i32.add (local.get $at) (i32.mul (local.get $pages) (i32.const 4096))))
        (local.set $end (i32.shr_u (i32.add (local.get $stop) (i32.const 65535)) (i32.const 16)))
        (if (i32.gt_u (local.get $end) (memory.size))
          (then (drop (memory.grow (i32.sub (local.get $end) (memory.size))))))
        (if (i32.eqz (i32.load8_u (i32.sub (local.get $stop) (i32.const 4096))))
          (then
            (loop $hold
              (i32.store8 (local.get $at) (i32.const 1))
              (br_if $hold (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4096))) (local.get $stop))))))))
    (if (i32.eq (local.get $what) (i32.const 119)) ;; w
      (then
        (local.set $stop (i32.add (local.get $at) (i32.mul (local.get $pages) (i32.const 16384))))
        (loop $write
          (i32.store8 (local.get $at) (i32.add (i32.load8_u (local.get $at)) (i32.const 1)))
          (br_if $write (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16384))) (local.get $stop))))))
    (if (i32.eq (local.get $what) (i32.const 114)) ;; r
      (then
        (local.set $stop (i32.add (local.get $at) (i32.mul (local.get $pages) (i32.const 4096))))
        (loop $read
          (local.set $end (i32.add (local.get $end) (i32.load8_u (local.get $at))))
          (br_if $read (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4096))) (local.get $stop))))
        (i32.store8 (i32.const 65536) (local.get $end))))
    (i64.const 0x0000001000000003)))
