@pw.packet = external global [66048 x i8]
declare i32 @pw.length()
declare ptr @pw.map.find.0(i32)
declare void @pw.exit(i32, i32, i32, i32, i32, i32, i32, i32, i64)

define void @pw.program() {
entry:
  %len = call i32 @pw.length()
  %short = icmp ult i32 %len, 34
  br i1 %short, label %out, label %eth
eth:
  %p = getelementptr i8, ptr @pw.packet, i32 524
  %type = load i16, ptr %p, align 1
  %v4 = icmp eq i16 %type, 8
  br i1 %v4, label %ip, label %out
ip:
  %q = getelementptr i8, ptr @pw.packet, i32 535
  %proto = load i8, ptr %q, align 1
  %key = zext i8 %proto to i32
  %v = call ptr @pw.map.find.0(i32 %key)
  %none = icmp eq ptr %v, null
  br i1 %none, label %out, label %count
count:
  %old = load i64, ptr %v, align 1
  %new = add i64 %old, 1
  store i64 %new, ptr %v, align 1
  %d = getelementptr i8, ptr @pw.packet, i32 512
  %mac = load i48, ptr %d, align 1
  %s = getelementptr i8, ptr @pw.packet, i32 518
  store i48 %mac, ptr %s, align 1
  br label %out
out:
  %verdict = phi i32 [ 1, %entry ], [ 2, %eth ], [ 0, %ip ], [ 3, %count ]
  call void @pw.exit(i32 %verdict, i32 0, i32 %len, i32 65535, i32 0, i32 0, i32 0, i32 0, i64 0)
  ret void
}
