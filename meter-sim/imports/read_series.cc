#include "meter-sim/imports/read_series.h"

namespace fairfeed::imports {

const char* to_string(Channel channel) {
    switch (channel) {
        case Channel::imported:
            return "import";
        case Channel::exported:
            return "export";
        case Channel::generation:
            return "pv";
        case Channel::load:
            return "load";
    }
    return "";
}

}  // namespace fairfeed::imports
