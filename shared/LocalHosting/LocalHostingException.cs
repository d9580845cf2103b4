namespace Chokepoint.LocalHosting;

/// <summary>A reason why the platform cannot start or go on, in one sentence that says what to do. It is printed as it is, without a trace.</summary>
public sealed class LocalHostingException : Exception
{
    public LocalHostingException()
    {
    }

    public LocalHostingException(string message)
        : base(message)
    {
    }

    public LocalHostingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
