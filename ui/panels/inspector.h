// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/codec/flatbuffers/flatbuffers.h"
#include "core/edit/change.h"
#include "core/table/decodedrow.h"
#include "ui/models/textforms.h"

#include <QFutureWatcher>
#include <QWidget>

#include <functional>
#include <optional>

class QLabel;
class QSplitter;
class QStackedWidget;
class QTabWidget;
class QToolButton;
class QTreeView;

namespace slotscope::ui {

class Banner;
class HexPane;
class HexView;
class InspectorHeader;
class InspectorTree;
class TextPane;
class TextStager;
class ValueTreeModel;

/// A record to be looked at.
struct InspectedRecord
{
    QString table; ///< title of its table
    core::SlotCodec codec;
    core::KeyValue
        record; ///< as the server has it; of one that is not there (a staged insert), the key alone
    std::optional<core::Change> change; ///< staged for its key
    QString readOnlyReason; ///< empty: may be edited, as far as its codec allows
    core::KeyState madeOn; ///< what an edit is made on
};

/// Follows the selected record: what it is and in which state, its value as tree, text and bytes, each of
/// which can be edited. What is edited is asked to be staged by signal; the three then follow from the new
/// record. UI thread; large values are decoded and encoded on the thread pool.
class Inspector : public QWidget
{
    Q_OBJECT
public:
    enum Tab { TreeTab, TextTab, HexTab };
    static constexpr qsizetype LargeValue = 65'536; ///< bytes; decoding more on the UI thread could be felt

    explicit Inspector(QWidget *parent = nullptr);
    ~Inspector() override;

    /// The same key again: a newer state; what is expanded, selected and scrolled to stays.
    void setRecord(const InspectedRecord &record);
    void clear();
    /// What to say when no record is selected.
    void setPlaceholder(const QString &text);
    /// While a large value is being decoded or encoded, or a text read.
    bool isBusy() const;
    /// While an editor is open in the tree, or something typed is not staged yet.
    bool isEditing() const;
    /// Stages what is being typed. Calls back, at once unless it is large: false if it is wrong.
    void finishEditing(std::function<void(bool)> finished);
    /// An edit could not be staged: says so, and nothing of it is lost.
    void refuseEdit(const QByteArray &key, const QString &reason);
    /// Texts that are wrong and so not staged.
    qsizetype wrongTexts() const;
    void forgetWrongTexts();

    QTabWidget *tabs() const { return m_tabs; }
    InspectorTree *tree() const { return m_tree; }
    QTreeView *treeView() const;
    ValueTreeModel *treeModel() const;
    TextPane *textPane() const { return m_text; }
    HexView *keyHex() const { return m_keyHex; }
    HexPane *hexPane() const { return m_hex; }
    HexView *valueHex() const;
    InspectorHeader *header() const { return m_header; }
    Banner *stateBanner() const { return m_stateBanner; }
    Banner *errorBanner() const { return m_errorBanner; }
    Banner *readOnlyBanner() const { return m_readOnlyBanner; }
    Banner *editBanner() const { return m_editBanner; }
    Banner *keptBanner() const { return m_keptBanner; }
    /// Shows the bytes below tree and text instead of behind them.
    void setBytesBelow(bool below);
    bool areBytesBelow() const { return m_bytesBelow; }

Q_SIGNALS:
    /// What was being edited has been staged, refused or given up.
    void editingFinished();
    /// The user gave the record another value, made on a state of its key; nothing is changed here before the
    /// record comes again.
    void valueEdited(const QByteArray &key, const QByteArray &newValue,
                     const slotscope::core::KeyState &madeOn);
    /// FlatBuffers of the record's table are to be editable, or no longer, though something is lost; see
    /// core::FlatBuffersType.
    void leniencyWanted(bool dropUnknownFields, bool anyIdentifier);
    /// The conflict of the record is to be settled field by field.
    void mergeRequested(const QByteArray &key);
    /// Another record is to be shown: there is something unfinished.
    void keyWanted(const QByteArray &key);
    void busyChanged();

private:
    struct Decoded
    {
        quint64 generation = 0;
        core::DecodedRow row;
        std::optional<QByteArray> plain; // decompressed, of a compressed value
        std::vector<TextForm> forms;
        TextForm form = TextForm::Plain;
        QByteArray text;
        QString readOnlyReason; // why only bytes can be edited
        core::FlatObstacles obstacles; // some of those reasons
        QString state; // staged or in conflict, in words
    };
    struct Encoded
    {
        QByteArray key;
        core::KeyState madeOn;
        core::Expected<QByteArray, core::EncodeError> bytes;
    };
    static Decoded decode(const InspectedRecord &record, std::optional<TextForm> form, quint64 generation);
    QWidget *makeHexTab();
    QWidget *makePage();
    void makeCorner();
    void connectParts();
    void decodeRecord();
    void showDecoded(const Decoded &decoded);
    void showFacts(const Decoded &decoded);
    void showReadOnly(const Decoded &decoded);
    void followReadOnlyLink();
    void showErrors(const core::DecodedRow &row);
    void showText(const Decoded &decoded, bool editable);
    void showBytes();
    void highlight(const core::Value::Source &source, bool scroll);
    void highlightCurrent(bool scroll = true);
    void markInText();
    void followHexCursor(qint64 offset);
    void stageValue(const core::Value &value);
    void stageBytes(const QByteArray &bytes, bool plain);
    void stageEncoded(qsizetype size, std::function<core::Expected<QByteArray, core::EncodeError>()> encode);
    void takeEncoded(const Encoded &encoded);
    void refuse(const QString &reason);
    void showKept();
    void updateHexTitle();
    bool mayEdit() const;
    QByteArray shownValue() const;
    QByteArray encodedBefore() const;

    std::optional<InspectedRecord> m_record;
    bool m_sameKey = false; // as the record shown before
    quint64 m_generation = 0;
    QFutureWatcher<Decoded> m_decoding;
    int m_encoding = 0; // jobs
    core::Value m_value; // as decoded
    bool m_decoded = false; // m_value is that of the record
    core::FlatObstacles m_obstacles; // of m_value
    TextForm m_form = TextForm::Plain;
    bool m_followingHex = false;
    bool m_bytesBelow = false;

    QStackedWidget *m_stack;
    QLabel *m_placeholder;
    InspectorHeader *m_header;
    Banner *m_stateBanner;
    Banner *m_errorBanner;
    Banner *m_readOnlyBanner;
    Banner *m_editBanner;
    Banner *m_keptBanner;
    QSplitter *m_splitter;
    QTabWidget *m_tabs;
    QToolButton *m_menuButton;
    QToolButton *m_belowButton;
    InspectorTree *m_tree;
    TextPane *m_text;
    TextStager *m_stager;
    QWidget *m_hexTab = nullptr;
    QLabel *m_keyHexLabel;
    HexView *m_keyHex;
    HexPane *m_hex;
};

} // namespace slotscope::ui
