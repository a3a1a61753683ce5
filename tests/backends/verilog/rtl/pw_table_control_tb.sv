// Clearing; the host's operations with the clocks between them; a change of hash functions, in which every place of the rows is
// looked at once and what is misplaced is lifted from it.
module pw_table_control_tb;
  parameter integer KEY = 16;
  parameter integer ROW_BITS = 2;
  localparam integer N = 8, PLACES = 2, PICK = 3, SLOT_BITS = 4, INDEX = 4, LAST = 2, HOST_ADDRESS = 32;
  localparam integer BITS = 2 * KEY, ALL = N << ROW_BITS;

  reg clk = 0, rst = 1, random_step = 0, hold = 0, quiet = 1, exhausted = 0, stash_full = 0, access_enable = 0;
  reg misplaced = 0, host_decided = 0, looked = 0, host_begin = 0, host_write = 0;
  reg [SLOT_BITS+1:0] host_result = 0;
  reg entry_valid = 0;
  reg [KEY+SLOT_BITS:0] own_entry = 0;
  reg [HOST_ADDRESS-1:0] host_address = 0;
  reg [1:0] host_operation = 0;
  wire restart, clearing, may_move, rehashing, seeding, host_go, look_go, load_host, load_looked, keep_looked, lift, host_done;
  wire load_stash;
  wire [INDEX-1:0] load_number;
  wire [ROW_BITS-1:0] at;
  wire [PICK-1:0] pick;
  wire [BITS-1:0] mix;
  wire [31:0] random;
  wire [KEY+SLOT_BITS+2:0] host_rdata;
  pw_table_control #(.KEY(KEY), .N(N), .PLACES(PLACES), .PICK(PICK), .ROW_BITS(ROW_BITS), .SLOT_BITS(SLOT_BITS), .INDEX(INDEX),
                     .LAST(LAST), .HOST_ADDRESS(HOST_ADDRESS)) dut (.*);

  integer n, errors = 0, clears = 0, seeds = 0, lifts = 0, looks = 0, taken;
  reg [BITS-1:0] earlier;
  reg [3:0] look_age;
  reg seen[0:ALL-1];
  reg kept = 0;
  task check(input reg good, input integer number);
    if (good !== 1'b1) begin
      errors = errors + 1;
      $display("check %0d fails", number);
    end
  endtask
  task tick;
    begin
      #1 clk = 1;
      #1 clk = 0;
      #1;
    end
  endtask
  task begin_host(input reg write, input integer address, input integer operation);
    begin
      host_write = write;
      host_address = address;
      host_operation = operation;
      host_begin = 1;
      tick;
      host_begin = 0;
      #1;
    end
  endtask

  initial begin
    tick;
    rst = 0;
    #1 while (clearing) begin
      check(at == clears, 0);
      clears = clears + 1;
      tick;
    end
    check(clears == 1 << ROW_BITS && mix == 0 && may_move, 1);

    quiet = 0;  // something moves: wait
    begin_host(1, 0, 1);
    for (n = 0; n < 5; n = n + 1) begin
      check(!load_host && !host_go, 2);
      tick;
    end
    quiet = 1;
    access_enable = 1;
    #1 check(load_host, 3);
    tick;
    tick;
    check(host_go, 4);
    access_enable = 0;
    tick;
    check(!host_go && !may_move, 5);
    host_decided = 1;
    host_result = 6'h25;
    tick;
    host_decided = 0;
    quiet = 0;
    tick;
    tick;
    check(!host_done && may_move && !host_go, 6);
    quiet = 1;
    tick;
    check(host_done && host_rdata == 6'h25, 7);
    tick;
    check(!host_done, 8);

    begin_host(0, 5'b10111, 0);  // way 2, row 3, second place
    check(!load_stash, 9);
    tick;
    check(look_go && at == 3 && pick == 5, 10);
    tick;
    looked = 1;
    entry_valid = 1;
    #1 check(load_looked, 22);
    tick;
    own_entry = {16'habcd, 4'h7, 1'b0};
    #1;
    looked = 0;
    check(host_done && host_rdata == {16'habcd, 4'h7, 1'b1}, 11);
    tick;
    begin_host(0, ALL + 8, 0);
    tick;
    check(load_stash && load_number == 8, 12);
    tick;
    own_entry = {16'h1234, 4'h2, 1'b1};
    tick;
    check(host_done && host_rdata == {16'h1234, 4'h2, 1'b1}, 13);
    tick;

    hold = 1;
    exhausted = 1;
    for (n = 0; n < LAST + 8; n = n + 1) begin
      check(!rehashing, 14);
      tick;
    end
    earlier = mix;
    tick;
    while (seeding) begin
      seeds = seeds + 1;
      exhausted = 0;
      tick;
    end
    check(seeds == BITS && mix != earlier, 15);
    for (n = 0; n < ALL; n = n + 1) seen[n] = 0;
    look_age = 0;
    for (n = 0; n < 2000 && rehashing; n = n + 1) begin
      looked = look_age[2];
      entry_valid = looks % 3 != 0;
      misplaced = looks % 2 == 0;
      #1;
      if (look_go) begin
        check(!seen[{at, pick}], 16);
        seen[{at, pick}] = 1;
      end
      if (lift) begin
        check(seen[{at, pick}] && kept, 17);
        lifts = lifts + 1;
      end
      look_age = {look_age[2:0], look_go};
      kept = keep_looked && (looked || kept);  // from when it was seen
      tick;
      if (looked) looks = looks + 1;
    end
    check(!rehashing && looks == ALL, 18);
    check(lifts > 3, 19);
    hold = 0;
    begin_host(1, 0, 3);
    check(restart, 20);
    tick;
    for (clears = 0; clearing; clears = clears + 1) tick;
    check(clears == 1 << ROW_BITS && mix == 0 && host_done && host_rdata == 0, 21);
    if (errors == 0) $display("PASS");
    else $display("FAIL: %0d errors, %0d looks, %0d lifts", errors, looks, lifts);
  end
endmodule
