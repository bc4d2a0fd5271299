#include "edge-node/commands/decode.h"

#include <istream>
#include <iterator>
#include <ostream>
#include <string>

#include "core/wire/cbor.h"
#include "core/wire/chunk.h"
#include "edge-node/commands/message_kinds.h"
#include "edge-node/commands/opened_ledger.h"

namespace fairfeed {
namespace {

constexpr char kFirstBeyondAscii = '\x7f';
constexpr std::uint8_t kChunkHead = 0xa4;

void print_field(std::ostream& out, std::string_view name, std::string_view value) {
    const std::size_t width = 20;
    out << "  " << name << std::string(name.size() < width ? width - name.size() : 1, ' ') << value
        << '\n';
}

// One run: input lines, incomplete chunks, and whether everything was understood.
class Decoding {
  public:
    Decoding(const DecodeOptions& options, SignerBook book, std::ostream& out, std::ostream& err)
        : options_(options), book_(std::move(book)), out_(out), err_(err) {}

    void lines(std::istream& in) {
        std::string line;
        while (out_ && std::getline(in, line)) {
            if (!line.empty() && line.back() == '\r') line.pop_back();
            if (!line.empty()) one_line(line);
            out_.flush();  // the input may be a live stream
        }
    }
    void raw(std::istream& in) {
        const std::string content{std::istreambuf_iterator<char>(in), {}};
        message("", std::nullopt, as_bytes(content));
    }
    [[nodiscard]] bool all_known() const { return all_known_; }

  private:
    void one_line(const std::string& line) {
        const std::size_t space = line.rfind(' ');
        const std::string topic_text = space == std::string::npos ? "" : line.substr(0, space);
        const auto bytes = from_hex(space == std::string::npos ? line : line.substr(space + 1));
        if (!bytes) return unknown(topic_text, "is not hex");
        if (topic_text.empty()) return packet("", std::nullopt, *bytes);
        const auto topic = Topic::parse(topic_text);
        if (!topic) return unknown(topic_text, "is no topic of ours");
        packet(topic_text, topic->channel, *bytes);
    }

    void packet(const std::string& topic, std::optional<Channel> channel, ByteView bytes) {
        if (bytes.empty()) {
            out_ << "(cleared)  " << topic << '\n';
            return;
        }
        const auto whole = chunks_.add(topic, bytes);
        if (whole) return message(topic, channel, *whole);
        if (bytes.front() != kChunkHead) return unknown(topic, "is longer than a packet");
        out_ << "PART of a larger message  " << topic << '\n';
    }

    void message(const std::string& topic, std::optional<Channel> channel, ByteView bytes) {
        const KindsFound found = find_kinds(bytes, channel, book_);
        if (found.messages.empty()) {
            unknown(topic, "is no message of ours: " + std::string(to_string(found.reason)));
        } else {
            print(topic, found);
        }
        if (options_.cbor) out_ << "  " << cbor::diagnostic(bytes).value_or("(not CBOR)") << '\n';
    }

    void print(const std::string& topic, const KindsFound& found) {
        const KnownMessage& message = found.messages.front();
        out_ << message.kind << (topic.empty() ? "" : "  ") << topic << '\n';
        if (!message.signer.empty()) print_field(out_, "signer", message.signer);
        print_field(out_, "signature", to_string(message.verdict));
        for (const auto& [name, value] : message.fields)
            print_field(out_, name, value);
        for (std::size_t i = 1; i < found.messages.size(); ++i) {
            if (message.verdict == Verdict::valid) break;
            print_field(out_, "or, by its shape", found.messages[i].kind);
        }
    }

    void unknown(const std::string& topic, const std::string& what) {
        all_known_ = false;
        err_ << (topic.empty() ? "input" : topic) << ": " << what << '\n';
    }

    const DecodeOptions& options_;
    const SignerBook book_;
    std::ostream& out_;
    std::ostream& err_;
    ChunkAssembler chunks_{kMaxMessageBytes};
    bool all_known_ = true;
};

}  // namespace

int run_decode(const DecodeOptions& options, std::istream& in, std::ostream& out,
               std::ostream& err) {
    SignerBook book;
    if (options.genesis) {
        const auto genesis = load_genesis(*options.genesis);
        if (!genesis) return report_input_errors(genesis.error(), err);
        book = SignerBook(*genesis);
    }
    Decoding decoding(options, std::move(book), out, err);
    const int first = in.peek();
    if (first != std::istream::traits_type::eof() && first > kFirstBeyondAscii) {
        decoding.raw(in);
    } else {
        decoding.lines(in);
    }
    return decoding.all_known() ? kExitOk : kExitFault;
}

}  // namespace fairfeed
