namespace Chokepoint.Messaging;

/// <summary>Settings of outbox, inbox and consumers; the section <c>Messaging</c> of a service's configuration.</summary>
public sealed class MessagingOptions
{
    /// <summary>The broker's AMQP URI; <c>ConnectionStrings:broker</c> unless set.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Outbox rows taken and published together.</summary>
    public int BatchSize { get; set; } = 500;

    /// <summary>How often the relay looks without being told to: the longest that a row written by a process that died can wait.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the relay lets rows gather while commits follow one another quickly. A single commit does not wait.</summary>
    public TimeSpan Linger { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How long the relay lets confirmed rows gather before it deletes them; a process that dies meanwhile has sent them twice.</summary>
    public TimeSpan DeletionLinger { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long the broker may take to confirm before the connection is given up and the rows are tried again.</summary>
    public TimeSpan ConfirmTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a row in the table is its writer's own, whose relay has it in memory. After that any relay may take it.</summary>
    internal TimeSpan LeftAlone => ConfirmTimeout + (2 * Outbox.FreshRows.Fresh);

    /// <summary>Failures of one row, each with its reason, after which it is quarantined; with the back-off, about an hour.</summary>
    public int MaximumAttempts { get; set; } = 60;

    /// <summary>The longest back-off of one outbox row. It starts at a quarter of a second and doubles.</summary>
    public TimeSpan MaximumBackoff { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>A larger event is quarantined at once: RabbitMQ 4 refuses messages over 16 MiB by closing the channel.</summary>
    public int MaximumPayloadBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Messages that the broker may have on their way to one queue's consumer, unacknowledged.</summary>
    public int Prefetch { get; set; } = 256;

    /// <summary>Transactions at once in this process for one queue, and so connections of the service's pool.</summary>
    public int Concurrency { get; set; } = 2;

    /// <summary>Messages of one queue that may share a transaction when many wait.</summary>
    public int GroupSize { get; set; } = 64;

    /// <summary>How often a fault of the message's own making is tried before it is dead-lettered.</summary>
    public int HandlerAttempts { get; set; } = 5;

    /// <summary>How long the inbox remembers an event. A repetition after that meets the handler's own version check.</summary>
    public TimeSpan InboxWindow { get; set; } = TimeSpan.FromDays(7);
}
