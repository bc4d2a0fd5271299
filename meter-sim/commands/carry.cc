#include "meter-sim/commands/carry.h"

#include <sys/stat.h>
#include <unistd.h>

#include "core/io/descriptors.h"
#include "core/io/line_carrier.h"

namespace fairfeed {

int run_carry(std::ostream& err) {
    struct stat facts {};
    if (::fstat(STDIN_FILENO, &facts) != 0 || !S_ISSOCK(facts.st_mode)) {
        err << "meter-sim carry: only another meter-sim starts this, with a socket as its standard "
               "input; use `meter-sim run`\n";
        return 2;
    }
    raise_descriptor_limit();
    const auto carried = carry_lines(STDIN_FILENO);
    if (carried) return 0;
    err << "meter-sim carry: " << carried.error().message << '\n';
    return 2;
}

}  // namespace fairfeed
