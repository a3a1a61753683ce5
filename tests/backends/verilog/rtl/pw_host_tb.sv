// One write strobe a write and one start an access, in its first clock; ready in the fourth clock of every access, or when a slow unit
// is done.
module pw_host_tb;
  reg clk = 0, rst = 1, host_valid = 0, host_write = 0, slow = 0, done = 0;
  wire host_ready, start, write_now;
  pw_host dut (.*);
  integer now, since = 0, errors = 0, accesses = 0, length = 0;
  initial begin
    for (now = 0; now < 4000; now = now + 1) begin
      rst = now < 2;
      if (!rst) begin
        if (!host_valid && $urandom % 2 == 0) begin
          host_valid = 1;
          host_write = $urandom;
          slow = $urandom;
          length = slow ? 1 + $urandom % 20 : 3;
          since = 0;
        end
        done = slow && since == length;
        #1;
        if (write_now !== (host_valid && host_write && since == 0)) errors = errors + 1;
        if (start !== (host_valid && since == 0)) errors = errors + 1;
        if (host_ready !== (host_valid && since == length)) errors = errors + 1;
      end
      #1 clk = 1;
      #1 clk = 0;
      if (host_valid && since == length) begin
        host_valid = 0;
        slow = 0;
        accesses = accesses + 1;
      end
      since = since + 1;
    end
    if (errors == 0 && accesses > 100) $display("PASS");
    else $display("FAIL: %0d errors", errors);
  end
endmodule
