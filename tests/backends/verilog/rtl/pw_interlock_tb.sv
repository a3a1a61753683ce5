// Random handles out of few slots; hold is compared with the list of what entered within the last DISTANCE clocks.
module pw_interlock_tb;
  parameter integer DISTANCE = 3;
  parameter integer HANDLES = 2;
  parameter integer HANDLE_BITS = 3;
  localparam integer WIDTH = HANDLES > 0 ? HANDLES * HANDLE_BITS : 1;
  reg clk = 0, rst = 1, enter = 0;
  reg [WIDTH-1:0] handles = 0;
  wire hold;
  pw_interlock #(.DISTANCE(DISTANCE), .HANDLES(HANDLES), .HANDLE_BITS(HANDLE_BITS)) dut (.*);
  reg [WIDTH-1:0] kept[0:DISTANCE-1];
  reg entered[0:DISTANCE-1];
  integer now, d, i, j, errors = 0, held = 0;
  reg expected;
  initial begin
    for (now = 0; now < 20000; now = now + 1) begin
      rst = now < 2 || now == 5000;
      enter = 0;
      if (rst) for (d = 0; d < DISTANCE; d = d + 1) entered[d] = 0;
      else begin
        handles = {$urandom, $urandom};
        #1;
        expected = 0;
        for (d = 0; d < DISTANCE; d = d + 1) begin
          if (entered[d] && HANDLES == 0) expected = 1;
          for (i = 0; i < HANDLES; i = i + 1)
            for (j = 0; j < HANDLES; j = j + 1)
              if (entered[d] && handles[i*HANDLE_BITS] &&
                  handles[i*HANDLE_BITS+:HANDLE_BITS] == kept[d][j*HANDLE_BITS+:HANDLE_BITS])
                expected = 1;
        end
        if (hold !== expected) errors = errors + 1;
        if (expected) held = held + 1;
        enter = !expected && $urandom % 4 != 0;
        for (d = DISTANCE - 1; d > 0; d = d - 1) begin
          kept[d] = kept[d-1];
          entered[d] = entered[d-1];
        end
        kept[0] = handles;
        entered[0] = enter;
      end
      #1 clk = 1;
      #1 clk = 0;
    end
    if (errors == 0 && held > 100) $display("PASS");
    else $display("FAIL: %0d errors, %0d held", errors, held);
  end
endmodule
