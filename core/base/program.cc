#include "core/base/program.h"

namespace fairfeed {

int finish_output(std::string_view program, int status, std::ostream& out, std::ostream& err) {
    out.flush();
    if (out) return status;
    err << program << ": standard output could not be written and is incomplete: "
        << "the disk is full, or the reader has ended\n";
    return status == 0 ? kOutputLost : status;
}

}  // namespace fairfeed
