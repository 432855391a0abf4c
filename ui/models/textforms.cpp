// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/textforms.h"

#include "core/codec/json.h"
#include "core/value/jsonreader.h"
#include "core/value/utf8.h"
#include "core/value/valueedit.h"

#include <QCoreApplication>

namespace slotscope::ui {

using core::Value;

namespace {

constexpr qsizetype LongestLineToRead = 100; // of JSON without line breaks

// JSON with each token as it is spelled and a line for every value.
class Layout
{
public:
    void write(const Value &value)
    {
        if (value.kind() == Value::Kind::Map)
            members(value.members());
        else if (value.kind() == Value::Kind::Array)
            items(value.items());
        else
            token(value);
    }
    QByteArray take() { return std::move(m_out); }

private:
    void token(const Value &value)
    {
        if (const auto text = core::jsonCodec().encode(value))
            m_out += *text;
    }
    void line() { m_out += '\n' + QByteArray(2 * m_level, ' '); }

    template <typename List, typename WriteOne>
    void sequence(char open, const List &list, char close, const WriteOne &writeOne)
    {
        m_out += open;
        ++m_level;
        bool first = true;
        for (const auto &one : list) {
            if (!first)
                m_out += ',';
            first = false;
            line();
            writeOne(one);
        }
        --m_level;
        if (!first)
            line();
        m_out += close;
    }
    void items(const core::ValueList &list)
    {
        sequence('[', list, ']', [this](const Value &item) { write(item); });
    }
    void members(const core::MemberList &list)
    {
        sequence('{', list, '}', [this](const core::Member &member) {
            token(member.key);
            m_out += ": ";
            write(member.value);
        });
    }

    QByteArray m_out;
    qsizetype m_level = 0;
};

core::Unexpected<core::DecodeError> wholeError(const core::EncodeError &error)
{
    const QString path = error.path.toString();
    return core::Unexpected {
        core::DecodeError {-1, path.isEmpty() ? error.what : QStringLiteral("%1: %2").arg(path, error.what)}};
}

core::Expected<Value, core::DecodeError> valueOfText(const TextEdit &edit)
{
    switch (edit.form) {
    case TextForm::Plain:
        if (auto text = core::textFromUtf8(edit.text))
            return Value::text(*std::move(text));
        return core::Unexpected {
            core::DecodeError {core::firstInvalidUtf8(edit.text), QStringLiteral("not valid UTF-8")}};
    case TextForm::JsonStored:
        return core::jsonCodec().decode(edit.text);
    case TextForm::JsonLaidOut: {
        auto value = core::readJson(edit.text, {true, core::MaximumDepth});
        if (value && edit.old)
            return core::adoptStyles(*edit.old, *value, core::Seen::Spelling);
        return value;
    }
    case TextForm::Notation:
        break;
    }
    auto value = edit.codec.valueFromNotation(edit.text);
    if (value && edit.old)
        return core::adoptStyles(*edit.old, *value);
    return value;
}

} // namespace

QString textFormName(TextForm form)
{
    switch (form) {
    case TextForm::Plain:
        return QCoreApplication::translate("TextForm", "Text");
    case TextForm::Notation:
        return QCoreApplication::translate("TextForm", "Notation");
    case TextForm::JsonStored:
        return QCoreApplication::translate("TextForm", "JSON as stored");
    case TextForm::JsonLaidOut:
        return QCoreApplication::translate("TextForm", "JSON laid out");
    }
    return {};
}

std::vector<TextForm> textForms(const core::SlotCodec &codec, const core::DecodedRow &row,
                                const QByteArray &plain)
{
    switch (codec.type().value) {
    case core::ValueType::Json:
        if (row.valueError)
            return {core::firstInvalidUtf8(plain) < 0 ? TextForm::JsonStored : TextForm::Notation};
        if (!row.value.isContainer())
            return {TextForm::JsonStored};
        if (plain.contains('\n') || plain.size() <= LongestLineToRead)
            return {TextForm::JsonStored, TextForm::JsonLaidOut};
        return {TextForm::JsonLaidOut, TextForm::JsonStored};
    case core::ValueType::String:
    case core::ValueType::TextOrBytes:
        if (!row.valueError && (row.value.isNull() || row.value.kind() == Value::Kind::Text))
            return {TextForm::Plain};
        break;
    default:
        break;
    }
    return {TextForm::Notation};
}

QByteArray textInForm(TextForm form, const core::DecodedRow &row, const QByteArray &plain)
{
    switch (form) {
    case TextForm::Plain:
        return row.value.toText().toUtf8();
    case TextForm::JsonStored:
        return plain;
    case TextForm::JsonLaidOut: {
        Layout layout;
        layout.write(row.value);
        return layout.take();
    }
    case TextForm::Notation:
        break;
    }
    return prettyText(row.value);
}

core::Expected<QByteArray, core::DecodeError> bytesOfText(const TextEdit &edit)
{
    const auto value = valueOfText(edit);
    if (!value)
        return core::Unexpected {value.error()};
    auto bytes = edit.codec.encodeValue(*value, edit.before);
    if (!bytes)
        return wholeError(bytes.error());
    return *std::move(bytes);
}

TextRange rangeInText(TextForm form, const Value &value, const core::ValuePath &path, const QByteArray &text)
{
    const auto rangeOf = [&path](const Value &root) {
        const Value *node = path.find(root);
        return node ? TextRange {node->source().offset, node->source().length} : TextRange {};
    };
    switch (form) {
    case TextForm::Plain:
        return {};
    case TextForm::JsonStored:
        return rangeOf(value);
    case TextForm::JsonLaidOut: {
        const auto read = core::readJson(text, {false, core::MaximumDepth});
        return read ? rangeOf(*read) : TextRange {};
    }
    case TextForm::Notation:
        break;
    }
    return prettyRange(value, path);
}

} // namespace slotscope::ui
