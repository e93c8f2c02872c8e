;; 60 cookies, whose order counts.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (data (i32.const 64) "\95\03\cd\00\c8\aatext/plain\c5\00\01x\dc\00<\92\aaSet-Cookie\a4n0=v\92\aaSet-Cookie\a4n1=v\92\aaSet-Cookie\a4n2=v\92\aaSet-Cookie\a4n3=v\92\aaSet-Cookie\a4n4=v\92\aaSet-Cookie\a4n5=v\92\aaSet-Cookie\a4n6=v\92\aaSet-Cookie\a4n7=v\92\aaSet-Cookie\a4n8=v\92\aaSet-Cookie\a4n9=v\92\aaSet-Cookie\a5n10=v\92\aaSet-Cookie\a5n11=v\92\aaSet-Cookie\a5n12=v\92\aaSet-Cookie\a5n13=v\92\aaSet-Cookie\a5n14=v\92\aaSet-Cookie\a5n15=v\92\aaSet-Cookie\a5n16=v\92\aaSet-Cookie\a5n17=v\92\aaSet-Cookie\a5n18=v\92\aaSet-Cookie\a5n19=v\92\aaSet-Cookie\a5n20=v\92\aaSet-Cookie\a5n21=v\92\aaSet-Cookie\a5n22=v\92\aaSet-Cookie\a5n23=v\92\aaSet-Cookie\a5n24=v\92\aaSet-Cookie\a5n25=v\92\aaSet-Cookie\a5n26=v\92\aaSet-Cookie\a5n27=v\92\aaSet-Cookie\a5n28=v\92\aaSet-Cookie\a5n29=v\92\aaSet-Cookie\a5n30=v\92\aaSet-Cookie\a5n31=v\92\aaSet-Cookie\a5n32=v\92\aaSet-Cookie\a5n33=v\92\aaSet-Cookie\a5n34=v\92\aaSet-Cookie\a5n35=v\92\aaSet-Cookie\a5n36=v\92\aaSet-Cookie\a5n37=v\92\aaSet-Cookie\a5n38=v\92\aaSet-Cookie\a5n39=v\92\aaSet-Cookie\a5n40=v\92\aaSet-Cookie\a5n41=v\92\aaSet-Cookie\a5n42=v\92\aaSet-Cookie\a5n43=v\92\aaSet-Cookie\a5n44=v\92\aaSet-Cookie\a5n45=v\92\aaSet-Cookie\a5n46=v\92\aaSet-Cookie\a5n47=v\92\aaSet-Cookie\a5n48=v\92\aaSet-Cookie\a5n49=v\92\aaSet-Cookie\a5n50=v\92\aaSet-Cookie\a5n51=v\92\aaSet-Cookie\a5n52=v\92\aaSet-Cookie\a5n53=v\92\aaSet-Cookie\a5n54=v\92\aaSet-Cookie\a5n55=v\92\aaSet-Cookie\a5n56=v\92\aaSet-Cookie\a5n57=v\92\aaSet-Cookie\a5n58=v\92\aaSet-Cookie\a5n59=v")
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (return (i64.const 0x0000004000000445))))
    (i64.const 0x0000001000000003)))
