namespace Chokepoint.Messaging.Consumers;

/// <summary>A message was not finished for a reason that is not its own, and is to be delivered again.</summary>
internal sealed class GivenBackException : Exception
{
    public GivenBackException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public GivenBackException(string message)
        : base(message)
    {
    }

    public GivenBackException()
    {
    }
}
