// Slots taken and given back at random, against a queue.
module pw_table_slots_tb;
  parameter integer ENTRIES = 5;
  parameter integer SLOT_BITS = 3;
  parameter integer MARGIN = 2;
  reg clk = 0, restart = 1, take = 0, give = 0;
  reg [SLOT_BITS-1:0] given = 0;
  wire [SLOT_BITS-1:0] slot;
  wire full, crowded;
  pw_table_slots #(.ENTRIES(ENTRIES), .SLOT_BITS(SLOT_BITS), .MARGIN(MARGIN)) dut (.*);

  reg [SLOT_BITS-1:0] queue[0:8191];
  reg taken[0:ENTRIES-1];
  integer head, tail, used, was_used, i, n, was_full = 0, errors = 0, bias;
  task tick;
    begin
      #1 clk = 1;
      #1 clk = 0;
    end
  endtask
  task start;
    begin
      restart = 1;
      take = 0;
      give = 0;
      tick;
      restart = 0;
      for (i = 0; i < ENTRIES; i = i + 1) begin
        queue[i] = i;
        taken[i] = 0;
      end
      head = 0;
      tail = ENTRIES;
      used = 0;
      was_used = 0;
    end
  endtask

  initial begin
    start;
    for (n = 0; n < 6000; n = n + 1) begin
      if (n == 3000) start;
      bias = (n / 200) % 3;  // fill, drain, both
      take = 0;
      give = 0;
      #1;
      if (full !== (used == ENTRIES)) errors = errors + 1;
      if (!full && slot !== queue[head]) errors = errors + 1;
      if (crowded !== (was_used + MARGIN >= ENTRIES)) errors = errors + 1;
      was_used = used;
      if (full) was_full = was_full + 1;
      given = $urandom % ENTRIES;
      if ($urandom % 4 < (bias == 1 ? 1 : 3)) take = !full;
      if ((!take || bias == 2) && taken[given] && (bias != 0 || $urandom % 2 == 0)) give = 1;
      if (take) begin
        taken[queue[head]] = 1;
        head = head + 1;
        used = used + 1;
      end
      if (give) begin
        taken[given] = 0;
        queue[tail] = given;
        tail = tail + 1;
        used = used - 1;
      end
      tick;
    end
    if (errors == 0 && was_full > 100) $display("PASS");
    else $display("FAIL: %0d errors, %0d clocks full", errors, was_full);
  end
endmodule
