using Chokepoint.Testing.Ledger;

namespace Chokepoint.Faults.Tests.Ledger;

/// <summary>The ledger's own judgement: each way to lose or to double is told, and nothing else is.</summary>
public sealed class The_ledger
{
    private static readonly Pair Gallium = new("USA", "gallium");
    private static readonly Pair Antimony = new("USA", "antimony");
    private static readonly Guid First = Guid.CreateVersion7();
    private static readonly Guid Second = Guid.CreateVersion7();

    private readonly List<SentNotice> sent = [new("CHN/a/1", [Gallium]), new("CHN/b/1", [Gallium])];

    // Both notices share the one revision that was made after them.
    private readonly List<StoredRevision> revisions = [new(Gallium, 2, HasScore: true, [First, Second])];
    private readonly List<HeardWebhook> heard = [State("CHN/a/1", First), State("CHN/b/1", Second), Score(Gallium, 2)];

    [Fact]
    public void Is_equal_when_notices_share_a_revision_and_each_is_among_its_causes()
    {
        Settle().IsEqual.ShouldBeTrue(Settle().ToString());
        Settle().Repeated.ShouldBe(0);
    }

    [Fact]
    public void Is_equal_when_a_delivery_is_repeated_under_the_id_it_had()
    {
        heard.Add(heard[2]);
        Settle().IsEqual.ShouldBeTrue();
        Settle().Repeated.ShouldBe(1);
    }

    [Fact]
    public void Tells_a_notice_that_no_webhook_announces()
    {
        heard.RemoveAt(1);
        Settle().Unannounced.ShouldBe(["CHN/b/1"]);
        Settle().Lacks.ShouldBeTrue();
    }

    [Fact]
    public void Tells_a_notice_that_is_no_cause_of_a_pair_it_touches()
    {
        sent[1] = sent[1] with { Pairs = [Gallium, Antimony] };
        Settle().Unscored.ShouldBe(["CHN/b/1 for USA/antimony"]);
        revisions[0] = revisions[0] with { Causes = [First] };
        Settle().Unscored.Count.ShouldBe(2);
    }

    [Fact]
    public void Tells_a_revision_that_no_webhook_reports_unless_it_has_no_score()
    {
        revisions.Add(new StoredRevision(Gallium, 3, HasScore: true, []));
        revisions.Add(new StoredRevision(Antimony, 4, HasScore: false, []));
        Settle().Undelivered.ShouldBe(["USA/gallium version 3"]);
    }

    [Fact]
    public void Tells_one_revision_delivered_under_two_ids()
    {
        heard.Add(Score(Gallium, 2));
        var doubled = Settle().Doubled.ShouldHaveSingleItem();
        doubled.ShouldContain("USA/gallium version 2");
        Settle().Lacks.ShouldBeFalse();
        Settle().IsWrong.ShouldBeTrue();
    }

    [Fact]
    public void Tells_one_event_that_revised_a_pair_twice()
    {
        revisions.Add(new StoredRevision(Gallium, 3, HasScore: true, [Second]));
        heard.Add(Score(Gallium, 3));
        Settle().Doubled.ShouldBe([$"USA/gallium revised twice by {Second}"]);
    }

    [Fact]
    public void Tells_a_notice_announced_under_two_ids()
    {
        heard.Add(State("CHN/a/1", Guid.CreateVersion7()) with { Reports = "otherwise worded" });
        Settle().Doubled.ShouldBe(["CHN/a/1 announced under two ids"]);
    }

    [Fact]
    public void Tells_a_delivery_whose_header_is_not_its_bodys_id()
    {
        heard.Add(heard[2] with { Id = "another", Reports = "something else" });
        Settle().Mislabelled.ShouldHaveSingleItem().ShouldStartWith("another holds");
    }

    [Fact]
    public void Tells_a_repeated_delivery_with_another_body_and_one_whose_signature_does_not_hold()
    {
        heard.Add(heard[2] with { BodyHash = "other" });
        heard.Add(heard[0] with { IsSigned = false });
        Settle().Mislabelled.Count.ShouldBe(2);
    }

    [Fact]
    public void Tells_a_webhook_of_a_score_that_was_never_stored()
    {
        heard.Add(Score(Antimony, 7));
        Settle().Unfounded.ShouldBe(["USA/antimony version 7"]);
    }

    private Verdict Settle() => Settlement.Of(sent, revisions, heard);

    private static HeardWebhook State(string subject, Guid id) =>
        new(id.ToString(), id.ToString(), HeardWebhook.StateChanged, subject, null, $"{subject} in force", $"body of {id}", IsSigned: true);

    private static HeardWebhook Score(Pair pair, long version)
    {
        var id = Guid.CreateVersion7().ToString();
        return new(id, id, HeardWebhook.ScoreChanged, pair.ToString(), version, $"{pair} version {version}", $"body of {id}", IsSigned: true);
    }
}
